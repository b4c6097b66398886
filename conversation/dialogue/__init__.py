"""Talk: open questions, small talk, short questions, menus, and the turns with the bot."""
