# Sizes that only a loop makes are checked where they meet.
# error shape 5: 3
w := [1.0]
v := [1.0, 1.0]
for i in 0..3 { s := sum(w + v) if i == 1 else 0.0; w := concat(w, [1.0]); t := w[:size(w)] + v if i > 1 else 0*w }
