"""People who sign in, their roles, sessions, invitations and tokens. Rows only; services/proof.py judges proofs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lims.persistence.base import Audited, Base
from lims.persistence.types import UtcDateTime


class RoleRow(Base):
    __tablename__ = "role"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str | None] = mapped_column(String(255))


class UserRoleRow(Base):
    __tablename__ = "user_role"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("role.id"), primary_key=True)


class UserRow(Audited, Base):
    __tablename__ = "user"
    noun = "user"
    number_column = "username"
    never_recorded = frozenset({"password", "fs_uniquifier", "totp_sealed", "totp_step"})
    recorded_names = ("roles",)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    username: Mapped[str] = mapped_column(String(80), unique=True)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, comment="another with every password")
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    name_zh: Mapped[str] = mapped_column(String(100), default="")
    name_en: Mapped[str] = mapped_column(String(100), default="")
    language: Mapped[str] = mapped_column(String(5), default="zh")
    ports: Mapped[str] = mapped_column(String(200), default="", comment="codes of customs offices, separated by commas")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    totp_sealed: Mapped[str | None] = mapped_column(String(255), comment="secret of the second factor, encrypted")
    totp_step: Mapped[int | None] = mapped_column(comment="the newest interval whose code was used; none twice")
    totp_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    roles: Mapped[list[RoleRow]] = relationship(secondary="user_role", lazy="selectin")

    @property
    def name(self) -> str:
        """Both names where both are given, as people are called in a bilingual house."""
        return " ".join(filter(None, (self.name_zh, self.name_en))) or self.username


class SignInFailureRow(Base):
    """A try to prove who one is, taken back when it was good; kept by account text and address, for slowing down."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index(None, "account", "at"), Index(None, "address", "at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(255))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="judged wrong; empty: cut off before")


class RecoveryCodeRow(Base):
    """A one-time way past the second factor for who has lost it; only its digest is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index(None, "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class UserSessionRow(Base):
    """A sign-in that goes on. The cookie carries a secret, this keeps its digest; ending it here ends it everywhere."""

    __tablename__ = "user_session"
    __table_args__ = (Index(None, "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class InvitationRow(Base):
    """A one-time way to set the first password; only the digest of its secret is kept."""

    __tablename__ = "invitation"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TokenRow(Audited, Base):
    """An API token of a person: shown once, kept as SHA-256."""

    __tablename__ = "token"
    noun = "token"
    number_column = "prefix"
    never_recorded = frozenset({"digest"})
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    prefix: Mapped[str] = mapped_column(String(12), unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str] = mapped_column(String(500))
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
