"""What is not kept: rules of time, wishes to be erased, the carrier's copies, the ledger of whom to forget."""
