# Effects by g-computation with all kinds of standard errors, from lm() and matrix algebra alone (base R).
# Rscript tests/reference/scripts/estimate-reference.R
d <- read.csv("tests/reference/data/lalonde.csv")
d$race <- factor(d$race, levels = c("black", "hispan", "white"))
w <- d$age %% 3
d <- d[w > 0, ]
w <- w[w > 0]
fit <- lm(re78 ~ treat * (age + educ + race) + re75, d, weights = w)
X <- model.matrix(fit); e <- residuals(fit); n <- nrow(X); k <- ncol(X); h <- hatvalues(fit)
A <- solve(crossprod(X * sqrt(w)))
contrast <- function(rows) {
  change <- model.matrix(terms(fit), transform(d, treat = 1)) - model.matrix(terms(fit), transform(d, treat = 0))
  colSums(w[rows] * change[rows, , drop = FALSE]) / sum(w[rows])
}
robust <- function(s) A %*% crossprod(X * s) %*% A
cr1 <- function(g) {
  G <- length(unique(g))
  A %*% crossprod(rowsum(X * (w * e), g)) %*% A * G / (G - 1) * (n - 1) / (n - k)
}
V <- list(
  HC0 = robust(w * e), HC1 = robust(w * e) * n / (n - k), HC2 = robust(w * e / sqrt(1 - h)), HC3 = robust(w * e / (1 - h)),
  cluster = cr1(d$age), "two-way" = cr1(d$age) + cr1(d$educ) - cr1(interaction(d$age, d$educ, drop = TRUE))
)
populations <- list(ATT = d$treat == 1, ATC = d$treat == 0, ATE = d$treat >= 0)
for (name in names(populations)) {
  g <- contrast(populations[[name]])
  cat(name, format(sum(g * coef(fit)), digits = 16), "\n")
  for (type in names(V)) cat("  ", type, format(sqrt(c(t(g) %*% V[[type]] %*% g)), digits = 16), "\n")
}
cat(n, k, length(unique(d$age)), length(unique(d$educ)), "\n")
