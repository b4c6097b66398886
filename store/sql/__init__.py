"""What the databases need to be told: SQLite and PostgreSQL, transactions, connections that only read, migrations."""
