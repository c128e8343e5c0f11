# Logistic regression: is a tumour benign (1) or malignant (0), from ten measurements of its cell nuclei?
# Only the cost J is written down. `grad` finds its derivatives, exactly, when the script is compiled;
# `gdc explain examples/logistic_regression.gd` shows what became of them: (1/m)*Z.T@(p - y) + λ*w, as in the book.
# λ keeps the weights small (ridge). `accuracy` is measured on the rows that were learned from.
input X: real[m, n] finite from "data/breast_cancer.csv"[
    "worst_radius", "worst_texture", "worst_perimeter", "worst_area", "worst_smoothness",
    "worst_compactness", "worst_concavity", "worst_concave_points", "worst_symmetry", "worst_fractal_dimension"]
input y: real[m] finite from "data/breast_cancer.csv"["benign"]
param a: real = 0.5
param λ: real = 0.01
param steps: int = 200

Z := standardize(X)
w := zeros(n)
b := 0.0
repeat steps {
    p := sigmoid(Z@w + b)
    J := -mean(y*log(p) + (1 - y)*log(1 - p)) + λ/2*sum(w^2)
    (dw, db) := grad(J, w, b)
    w -= a*dw
    b -= a*db
    record J
}
output w, b, accuracy := mean((Z@w + b > 0) == (y > 0.5))
