# error value 3: singular
A := zeros(2, 2)
x := inv(A)
