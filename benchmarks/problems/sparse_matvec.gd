# A sparse matrix times a vector: row i has the entries start[i] to start[i + 1].
input value: real[entries]
input column: int[entries]
input start: int[rows + 1]
input x: real[n]
output y := [sum(value[k]*x[column[k]] for k in start[i]..start[i + 1]) for i in 0..rows]
