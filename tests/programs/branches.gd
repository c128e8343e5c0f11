# if, else if, else; names that every path assigns; promotion; nested.
# input x = -3.0
# input k = 2
# expect s = -1
# expect a = 3.0
# expect t = 20.0
# expect d = 12
# expect only s, a, t, d
input x: real
input k: int
if x > 0 { s := 1 } else if x < 0 { s := -1 } else { s := 0 }
if x < 0 { a := -x } else { a := x }
t := 10
if k == 1 { t := 1 }
else if k == 2 {
    t := 20.0
} else { t := 3 }
d := 0
if k > 1 {
    d += 10
    if k > 2 { d += 1 } else if k == 2 { d += 2 }
}
