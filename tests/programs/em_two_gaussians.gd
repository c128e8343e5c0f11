# Expectation-maximisation for two normal distributions of width 1.
# input x = [-2.1, -1.9, -2.0, -2.2, 2.0, 1.8, 2.2, 2.1, 1.9]
# expect means = [-2.05, 2.0]
# expect share = 4/9
# tolerance 1e-2
input x: real[n]
mu := [-1.0, 1.0]
p := 0.5
repeat 20 {
    a := p*exp(-(x - mu[0])^2/2)
    b := (1 - p)*exp(-(x - mu[1])^2/2)
    g := a/(a + b)
    mu := [sum(g*x)/sum(g), sum((1 - g)*x)/sum(1 - g)]
    p := mean(g)
}
output means := mu
output share := p
