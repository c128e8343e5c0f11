# K-means finds the three species of Fisher's irises without being told of them.
# Each round gives every flower the nearest centre, then moves each centre to the mean of its flowers.
# D is index notation: one formula for all pairs of flower i and centre c, summed over the measurements.
# `found` counts cluster by species: rows are clusters, columns setosa, versicolor, virginica.
input P: real[m, d] finite from "data/iris.csv"["sepal_length", "sepal_width", "petal_length", "petal_width"]
input species: int[m] from "data/iris.csv"["species"]
param k: int = 3
param rounds: int = 10

C := [P[c*(m//k), a] for c in 0..k, a]      # start from k flowers, evenly spaced in the table
repeat rounds {
    D := [sum((P[i, a] - C[c, a])^2 for a) for i, c in 0..k]
    label := argmin(D, axis=1)
    M := one_hot(label, k)
    count := sum(M, axis=0)
    C := where(count[:, new] > 0, M.T@P/maximum(count, 1)[:, new], C)
    record inertia := sum(min(D, axis=1))
}
output C, inertia, found := one_hot(label, k).T@one_hot(species, 3)
