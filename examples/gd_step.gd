# One step of gradient descent in the signs of a blackboard: − · ᵀ α ∇ and the rest mean what they mean there.
# The plain form, w := w - a*(1/m)*X.T@(X@w + b - y), is the same program and compiles to the same code.
# Three patients' bmi and blood pressure are enough to follow the step with a pencil.
X := [[32.1, 101.0], [21.6, 87.0], [30.5, 93.0]]
y := [151.0, 75.0, 141.0]
w := [1.0, 1.0]
b := 0.0
α := 0.0001
m := size(y)
before := sum((X·w + b − y)²) ÷ (2·m)
w ← w − α·(1/m)·Xᵀ·(X·w + b − y)
after := sum((X·w + b − y)²) ÷ (2·m)
output w, before, after
