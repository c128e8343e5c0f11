# The blocks of a triangular matrix' inverse: X10 = L10@inv(L00), X20 = L20 + inv(L22)@L21@inv(L11)@L10.
# input L00 = np.tril(rng(1).standard_normal((3, 3))) + 3*np.eye(3)
# input L11 = np.tril(rng(2).standard_normal((2, 2))) + 3*np.eye(2)
# input L22 = np.tril(rng(3).standard_normal((4, 4))) + 3*np.eye(4)
# input L10 = rng(4).standard_normal((2, 3))
# input L20 = rng(5).standard_normal((4, 3))
# input L21 = rng(6).standard_normal((4, 2))
# expect X10 = L10 @ linalg.inv(L00)
# expect X20 = L20 + linalg.inv(L22) @ L21 @ linalg.inv(L11) @ L10
# expect X21 = -linalg.inv(L22) @ L21
# count np.linalg.inv 0 on numpy
input L00: real[a, a]; input L11: real[b, b]; input L22: real[c, c]
input L10: real[b, a]; input L20: real[c, a]; input L21: real[c, b]
X10 := L10@inv(L00)
X20 := L20 + inv(L22)@L21@inv(L11)@L10
X21 := -inv(L22)@L21
