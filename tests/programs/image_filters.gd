# A blur, Sobel's edges and a threshold on a small picture.
# input P = [[0, 0, 0, 0, 0], [0, 9, 9, 9, 0], [0, 9, 9, 9, 0], [0, 9, 9, 9, 0], [0, 0, 0, 0, 0]]
# expect blur = [[4.0, 6.0, 4.0], [6.0, 9.0, 6.0], [4.0, 6.0, 4.0]]
# expect edge = [[27.0, 0.0, -27.0], [36.0, 0.0, -36.0], [27.0, 0.0, -27.0]]
# expect area = 9
input P: real[h, w]
K := [[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]
blur := [sum(P[i + a, j + b] for a in 0..3, b in 0..3)/9 for i in 0..h - 2, j in 0..w - 2]
edge := [sum(K[a, b]*P[i + a, j + b] for a in 0..3, b in 0..3) for i in 0..h - 2, j in 0..w - 2]
output blur, edge, area := sum(P > 4)
