# Names with subscripts, combining marks and Greek letters; a name that is also a function's.
# input ŷ = [1.0, 2.0]
# input x₁ = 3.0
# expect ∇w = [4.0, 5.0]
# expect sum = 6.0
# expect x̄ = 1.5
input ŷ: real[n]
input x₁: real
∇w := ŷ + x₁
sum := 2*x₁
x̄ := mean(ŷ)
