"""Pages for the people who answer: today the catalogue. What a page shows comes in by arguments; service/ wires it."""
