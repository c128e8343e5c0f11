"""One pass a file; `pipeline.py` lists which run, in what order and why."""
