"""People who take over: who they are, how they get in, and how their sign-ins are kept."""
