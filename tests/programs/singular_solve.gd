# error value 3: A, singular
A := [[1.0, 2.0], [2.0, 4.0]]
x := solve(A, [1.0, 2.0])
