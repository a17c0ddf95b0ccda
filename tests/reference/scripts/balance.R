# Balance by the formulas of cobalt's manual (?col_w_smd, ?col_w_vr, ?col_w_ks; bal.tab(int = 2)), written out in base R:
# cobalt itself was not installed. Run in tests/reference: Rscript scripts/balance.R
library(jsonlite)
d <- read.csv("data/lalonde.csv")
X <- data.frame(age = d$age, educ = d$educ, raceblack = 1 * (d$race == "black"), racehispan = 1 * (d$race == "hispan"),
  racewhite = 1 * (d$race == "white"), married = d$married, nodegree = d$nodegree, re74 = d$re74, re75 = d$re75)
base <- names(X)
is_binary <- function(x) all(x %in% 0:1)
for (a in base) if (!is_binary(X[[a]])) X[[paste0(a, "\u00b2")]] <- X[[a]]^2
for (i in seq_along(base)) for (j in seq_along(base)) if (i < j && !(grepl("^race", base[i]) && grepl("^race", base[j])))
  X[[paste(base[i], "*", base[j])]] <- X[[base[i]]] * X[[base[j]]]
wmean <- function(x, w) sum(w * x) / sum(w)
wvar <- function(x, w, binary) {
  m <- wmean(x, w)
  if (binary) return(m * (1 - m))
  w <- w / sum(w)
  sum(w * (x - m)^2) / (1 - sum(w^2))
}
treated <- d$treat == 1
one <- rep(1, nrow(d))
measure <- function(x, w, sd) {
  b <- is_binary(x)
  m1 <- wmean(x[treated], w[treated]); m0 <- wmean(x[!treated], w[!treated])
  at <- sort(unique(x))
  F1 <- sapply(at, function(q) sum(w[treated & x <= q])) / sum(w[treated])
  F0 <- sapply(at, function(q) sum(w[!treated & x <= q])) / sum(w[!treated])
  list(meanTreated = m1, meanControl = m0, difference = m1 - m0, smd = (m1 - m0) / sd,
    varianceRatio = if (b) NULL else wvar(x[treated], w[treated], FALSE) / wvar(x[!treated], w[!treated], FALSE),
    ks = max(abs(F1 - F0)))
}
case <- function(name, w, denominator) {
  rows <- lapply(X, function(x) {
    b <- is_binary(x)
    v1 <- wvar(x[treated], one[treated], b); v0 <- wvar(x[!treated], one[!treated], b)
    sd <- sqrt(switch(denominator, treated = v1, control = v0, pooled = (v1 + v0) / 2,
      all = wvar(x, one, b), weighted = wvar(x, w, b)))
    list(before = measure(x, one, sd), after = measure(x, w, sd))
  })
  list(name = name, weights = w, denominator = denominator, rows = rows)
}
fit <- glm(treat ~ age + educ + race + married + nodegree + re74 + re75, binomial, d)
e <- fitted(fit)
att <- unname(ifelse(treated, 1, e / (1 - e)))
ate <- unname(ifelse(treated, 1 / e, 1 / (1 - e)))
overlap <- unname(ifelse(treated, 1 - e, e))
out <- list(case("ATT weights by the treated", att, "treated"), case("ATT weights by the controls", att, "control"),
  case("ATE weights, pooled", ate, "pooled"), case("ATE weights by all", ate, "all"),
  case("overlap weights, weighted", overlap, "weighted"))
for (i in seq_along(out)) out[[i]]$rows <- lapply(out[[i]]$rows, function(r) lapply(r, function(m) { if (is.null(m$varianceRatio)) m["varianceRatio"] <- list(NULL); m }))
writeLines(toJSON(out, digits = NA, auto_unbox = TRUE, null = "null"), "balance.json")
