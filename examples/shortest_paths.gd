# All shortest paths between six towns (Floyd and Warshall): is the way through town k shorter?
# `∞` is a road that is not there; `new` makes a column and a row of town k's roads, so that every pair meets.
D := [[0, 7, 9, ∞, ∞, 14],
      [7, 0, 10, 15, ∞, ∞],
      [9, 10, 0, 11, ∞, 2],
      [∞, 15, 11, 0, 6, ∞],
      [∞, ∞, ∞, 6, 0, 9],
      [14, ∞, 2, ∞, 9, 0]]
for k in 0..size(D, 0) {
    D := minimum(D, D[:, k][:, new] + D[k, :][new, :])
}
assert all(D == D.T), "roads go both ways"
output D, farthest := max(D)
