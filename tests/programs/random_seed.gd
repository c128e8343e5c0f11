# error type 2: seed must be an int scalar
u := rand(0.5, 4)
