# print takes values and text and changes nothing.
# input x = [1.0, 2.0]
# expect s = 3.0
input x: real[n]
s := 0.0
for i in 0..n {
    print "entry", i, x[i], "{0} %s 'quoted' \\n"
    s += x[i]
}
output s
