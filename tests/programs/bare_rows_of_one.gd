# An undeclared input's axis of size 1 stretches.
# input A = [[1.0, 2.0, 3.0]]
# input B = [[10.0], [20.0]]
# input c = [5.0]
# expect S = array(A) + array(B)
# expect T = array(A) * 5.0
S := A + B
T := A*c
