"""One target a file: imperative IR to text whose every piece knows its formula."""
