# Entropy balancing on lalonde by R's optim on the dual, and score weights by their formulas. usage: Rscript entropy-balancing.R OUT.json
# The dual log(sum(q exp(z lambda))) is minimised by BFGS with its gradient on standardised columns, then by plain Newton steps until
# the gradient stops shrinking. Nothing of it shares code or steps with src/weighting.
suppressMessages(library(jsonlite)); out <- commandArgs(TRUE)[1]
dir <- file.path(dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))), "..", "data")
la <- read.csv(file.path(dir, "lalonde.csv"), stringsAsFactors = TRUE)
la$prior <- 1 + (seq_len(nrow(la)) %% 5) / 4
balance <- function(x, group, target, q) {
  centre <- colSums(x[target, , drop = FALSE] * q[target]) / sum(q[target])
  z <- scale(x, center = centre, scale = apply(x, 2, sd))[group, , drop = FALSE]; b <- q[group] / sum(q[group])
  w <- function(l) { e <- b * exp(z %*% l - max(z %*% l)); as.vector(e / sum(e)) }
  value <- function(l) { m <- max(z %*% l); m + log(sum(b * exp(z %*% l - m))) }
  gradient <- function(l) as.vector(crossprod(z, w(l)))
  l <- optim(rep(0, ncol(z)), value, gradient, method = "BFGS", control = list(reltol = 1e-15, maxit = 5000))$par
  for (i in 1:10) { u <- w(l); g <- gradient(l); l <- l - solve(crossprod(z, z * u) - tcrossprod(g), g) }
  list(weights = w(l) * length(group), multipliers = l, gradient = max(abs(gradient(l))), divergence = -value(l))
}
spec <- function(name, formula, estimand, moments = 1, prior = FALSE) {
  x <- model.matrix(as.formula(paste("~", formula)), la)[, -1]
  if (moments > 1) for (v in c("age", "educ", "re74", "re75")) for (k in 2:moments) x <- cbind(x, scale(la[[v]])^k)
  q <- if (prior) la$prior else rep(1, nrow(la)); t <- which(la$treat == 1); c <- which(la$treat == 0); all <- seq_len(nrow(la))
  r <- list(name = name, formula = paste("treat ~", formula), estimand = estimand, moments = moments, prior = prior)
  if (estimand != "ATC") r$control <- balance(x, c, if (estimand == "ATT") t else all, q)
  if (estimand != "ATT") r$treated <- balance(x, t, if (estimand == "ATC") c else all, q)
  r
}
F <- "age + educ + race + married + nodegree + re74 + re75"
r <- list(spec("ATT", F, "ATT"), spec("ATT-prior", F, "ATT", prior = TRUE), spec("ATT-squares", F, "ATT", 2), spec("ATE", "age + educ + married + nodegree", "ATE"), spec("ATC", "age + educ + married + nodegree", "ATC", prior = TRUE))
writeLines(toJSON(r, auto_unbox = TRUE, digits = NA), out)
for (s in r) cat(s$name, s$control$gradient, s$treated$gradient, s$control$divergence, s$treated$divergence, "\n")
