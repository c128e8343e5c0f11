# alone
# error type 3: seed must be an int scalar
u := rand(0.5, 4)
