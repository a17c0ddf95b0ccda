# R's model.matrix for the formulas below, 17 digits. usage: Rscript model-matrix.R OUT.json (needs jsonlite)
suppressMessages(library(jsonlite))
out <- commandArgs(TRUE)[1]
d <- data.frame(
  y = c(3.1, 2.4, 5.9, 4.4, 7.2, 1.3, 6.6, 8.1, 2.2, 5.0, 3.7, 9.4), x = c(1, 4, 2, 8, 5, 7, 3, 9, 6, 12, 10, 11) / 2,
  z = c(0, 3, 1, 5, 2, 4, 0, 1, 3, 2, 5, 4), f = rep(c("b", "a", "c"), 4), g = rep(c("v", "u"), each = 6),
  h = rep(c("low", "mid", "high", "mid"), 3), flag = c(TRUE, FALSE, FALSE, TRUE, TRUE, FALSE, TRUE, TRUE, FALSE, FALSE, TRUE, FALSE),
  year = c(2010, 9, 10, 9, 2010, 10, 10, 2010, 9, 9, 10, 2010)
)
d[["my var"]] <- d$x - d$z
levels <- c("low", "none", "mid", "high")
holed <- d
holed$y[2] <- NA; holed$z[c(3, 9)] <- NA; holed$f[4] <- NA; holed$f[5] <- "rare"; holed$z[5] <- NA; holed$flag[c(6, 10)] <- NA; holed$year[8] <- NA
holed$year[9] <- 7
whole <- c(
  "y ~ 1", "y ~ x", "y ~ 0 + x", "y ~ f", "y ~ 0 + f", "y ~ x + f - 1", "y ~ 0 + x + f + g", "y ~ h", "y ~ f:g", "y ~ f + f:g", "y ~ 0 + f:g",
  "y ~ g:f + f", "y ~ x:f", "y ~ x + x:f", "y ~ f + x:f", "y ~ 0 + x:f", "y ~ f * g", "y ~ f * g - f", "y ~ f * g - g", "y ~ f * g * x",
  "y ~ (x + f + g)^2", "y ~ (x + f + g)^3 - x:f:g", "y ~ x + x:f + x:g + f:g", "y ~ f / x", "y ~ (f + g) / x", "y ~ x:z:g + z:x", "y ~ flag",
  "y ~ 0 + flag", "y ~ flag:x", "y ~ flag * f", "y ~ I(x > 3) * flag", "y ~ factor(year) + x", "y ~ 0 + factor(year):g", "y ~ factor(h)",
  "y ~ log(z + 1) + sqrt(x) + exp(-x/2) + abs(z - 2)", "y ~ log1p(z) + log10(x) + log2(x + .5)", "y ~ I(x^2/3) + I(-x^2) + I(2^-z) + I((x + z)/2)",
  "y ~ I(!flag & x >= 2 | z != 1) + I(f == \"a\") + I(f != 'a')", "y ~ poly(x, 2)", "y ~ poly(x, 1) + poly(z/10, 3)", "y ~ poly(x, 2) * f",
  "y ~ poly(z, 2, raw = TRUE):x", "y ~ scale(x) + scale(z + x)", "y ~ `my var` + I(`my var`^2) + f:`my var`", "y ~ I(x * 100000) + I(x*.0001) + I(x * 123456) + I(2.50*x)",
  "y ~ x - 1 + 1", "y ~ x - 0", "y ~ 0 + 0 + x", "y ~ -x + z", "y ~ x**2 + (x + z)**2", "log(y) ~ x", "~ x + f"
)
incomplete <- c("y ~ x", "y ~ f", "y ~ x + z + f", "y ~ flag * x", "y ~ I(!flag & x >= 2 | x < 100)", "y ~ I(flag & x > 3)", "y ~ factor(year) + z", "y ~ poly(x, 2) + z", "y ~ scale(z) + f", "f ~ x")
matrixOf <- function(formula, data) {
  f <- as.formula(formula); frame <- model.frame(f, data); m <- model.matrix(f, frame)
  list(formula = formula, terms = I(as.character(attr(terms(f), "term.labels"))), columns = I(colnames(m)), rows = I(as.integer(rownames(m)) - 1L),
       x = I(lapply(seq_len(ncol(m)), function(j) I(unname(m[, j])))))
}
data <- function(d) c(lapply(d, I))
basis <- function(x, degree) { p <- poly(x, degree); list(degree = degree, alpha = I(attr(p, "coefs")$alpha), norm2 = I(attr(p, "coefs")$norm2),
  at = I(c(-1, 2.5, 20)), predicted = I(lapply(1:degree, function(j) I(unname(predict(p, c(-1, 2.5, 20))[, j]))))) }
fix <- function(d) { d$h <- factor(d$h, levels = levels); d }
writeLines(toJSON(list(r = R.version.string, levels = I(levels), data = data(d), holed = data(holed), whole = lapply(whole, matrixOf, fix(d)),
  incomplete = lapply(incomplete, matrixOf, fix(holed)), poly = list(basis(d$x, 1), basis(d$x, 3), basis(d$z, 4))), auto_unbox = TRUE, digits = I(17), na = "null"), out)
