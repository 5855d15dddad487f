"""The long-running receivers of ``lims instruments``: folders, an ASTM line, the agent beside a balance."""
