"""What a user may look up: every function and every statement, with an example that runs.

    functions.py    a row for each function that is built in; the prelude's are its comments
    statements.py   a row for each statement, operator and form of the grammar
    entries.py      both as entries by name
    grammar.py      statements and precedence, as the grammar has them
    facts.py        what the compiler knows of a function: types, derivative, accuracy, where it is computed by what
    page.py         the reference in docs/reference
    topics.py       what `gdc help` prints
"""
