# error type 2: conv takes mode="full", "valid", "round"
c := conv([1.0], [1.0], mode="round")
