# Data from files, columns by name, finite numbers only.
# alone
# expect A = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
# expect total = 21.0
# expect heights = [1.5, 1.75]
input A: real[m, n] finite from "library/table.csv"
input heights: real[k] from "library/people.csv"["height"]
total := sum(A)
output A, total, heights
