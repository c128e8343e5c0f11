# A score from columns that are brought to one scale.
input X: real[m, n]
input w: real[n]
output score := standardize(X)@w
