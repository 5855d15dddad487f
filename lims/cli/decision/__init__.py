"""A case of ``lims decide``: what its JSON says, and the domain values that it means."""
