# Profile intervals of nested intercepts and random slopes by lme4. usage: Rscript profile-structures.R OUT.json DATA_FOLDER
# `lme4` holds confint(method = "profile"), which interpolates the profile with splines; `exact` solves for the same limits with
# lme4's own deviance function: for standard deviations and correlations devfun2 minimised over the others, for coefficients a
# refit with the column's share taken from the outcome. NA: no limit inside the range of the parameter.
suppressMessages({library(lme4); library(jsonlite)})
args <- commandArgs(TRUE); dir <- args[2]
cut <- qchisq(0.95, 1)
read <- function(file, factors) { d <- read.csv(file.path(dir, file), stringsAsFactors = FALSE); for (f in factors) d[[f]] <- factor(d[[f]]); d }
tight <- lmerControl(optimizer = "bobyqa", calc.derivs = FALSE, optCtrl = list(rhoend = 1e-12, maxfun = 1e5), check.conv.singular = "ignore")
quiet <- function(x) suppressWarnings(suppressMessages(x))
fit <- function(f, d, ...) { m <- quiet(lmer(f, d, REML = FALSE, control = tight, ...)); quiet(update(m, start = getME(m, "theta"))) }
solveFrom <- function(excess, at, step) {
  b <- at + step; for (i in 1:40) { if (excess(b) > 0) break; b <- at + (b - at) * 1.5 }
  uniroot(excess, sort(c(at, b)), tol = 1e-10)$root
}
one <- function(name, csv, factors, f, splines = TRUE) {
  d <- read(csv, factors); m <- fit(f, d); best <- as.numeric(-2 * logLik(m))
  p <- if (splines) quiet(confint(m, method = "profile", quiet = TRUE)) else NULL
  dev <- lme4:::devfun2(m, useSc = TRUE, signames = FALSE); vc <- c(as.data.frame(VarCorr(m), order = "lower.tri")$sdcor)
  nv <- length(vc); isCor <- !is.na(as.data.frame(VarCorr(m), order = "lower.tri")$var2)
  low <- ifelse(isCor, -1, 0); high <- ifelse(isCor, 1, Inf); best <- min(best, dev(vc))
  profiled <- function(k, value) {                 # the least deviance with parameter k fixed
    full <- function(v) { x <- numeric(nv); x[k] <- value; x[-k] <- v; r <- try(dev(x), silent = TRUE); if (inherits(r, "try-error") || !is.finite(r)) 1e10 else r }
    from <- function(start) {
      ctl <- list(rel.tol = 1e-15, x.tol = 1e-12, eval.max = 5000, iter.max = 5000)
      o <- nlminb(pmin(pmax(start[-k], low[-k] + 1e-4), high[-k] - 1e-4), full, lower = low[-k] + ifelse(isCor[-k], 1e-9, 0), upper = high[-k] - ifelse(isCor[-k], 1e-9, 0), control = ctl)
      nlminb(o$par, full, lower = low[-k], upper = high[-k], control = ctl)$objective
    }
    min(from(vc), from(ifelse(isCor, 0, pmax(vc, 0.3 * vc[nv]))))
  }
  exact <- t(sapply(seq_len(nv), function(k) {
    excess <- function(v) profiled(k, v) - best - cut
    end <- function(bound, sign) {
      if (is.finite(bound)) { e <- excess(bound - sign * 1e-7); if (e <= 0) return(bound); return(uniroot(excess, sort(c(vc[k], bound - sign * 1e-7)), tol = 1e-10)$root) }
      solveFrom(excess, vc[k], sign * 0.3 * max(vc[k], 0.1 * vc[nv]))
    }
    # A residual sd near 0 leaves devfun2 in a state that it does not recover from.
    if (k == nv) return(c(solveFrom(excess, vc[k], -0.1 * vc[k]), solveFrom(excess, vc[k], 0.1 * vc[k])))
    c(if (vc[k] <= low[k]) low[k] else end(low[k], -1), if (vc[k] >= high[k]) high[k] else end(high[k], 1))
  }))
  X <- getME(m, "X"); y <- getME(m, "y"); random <- paste(sapply(findbars(f), function(b) paste0("(", deparse(b), ")")), collapse = " + ")
  betas <- t(sapply(seq_len(ncol(X)), function(k) {
    rest <- X[, -k, drop = FALSE]; d$.rest <- rest
    g <- as.formula(paste(".y ~ 0", if (ncol(rest)) "+ .rest" else "", "+", random))
    excess <- function(b) { e <- d; e$.y <- y - b * X[, k]; as.numeric(-2 * logLik(fit(g, e))) - best - cut }
    if (!ncol(rest)) {                            # without any fixed column lmer refuses: the deviance is written out
      Zt <- getME(m, "Zt"); n <- length(y)
      D <- function(th, r) { L <- getME(m, "Lambdat"); L@x <- th[getME(m, "Lind")]; V <- diag(n) + as.matrix(crossprod(L %*% Zt)); as.numeric(determinant(V)$modulus) + n * (1 + log(2 * pi * sum(r * solve(V, r)) / n)) }
      excess <- function(b) nlminb(getME(m, "theta"), D, r = y - b * X[, k], lower = getME(m, "lower"), control = list(rel.tol = 1e-15, x.tol = 1e-12))$objective - best - cut
    }
    se <- sqrt(diag(as.matrix(vcov(m))))[k]; at <- unname(fixef(m)[k])
    c(solveFrom(excess, at, -2 * se), solveFrom(excess, at, 2 * se))
  }))
  cat(name, "\n"); print(cbind(rbind(exact, betas), p))
  list(name = name, csv = csv, formula = gsub("\"", "", paste(deparse(f), collapse = "")), deviance = best, names = c(sprintf(".sig%02d", seq_len(nv - 1)), ".sigma", names(fixef(m))),
    estimates = c(vc, unname(fixef(m))), lme4 = if (splines) list(lower = unname(p[, 1]), upper = unname(p[, 2])) else NA, exact = list(lower = c(exact[, 1], betas[, 1]), upper = c(exact[, 2], betas[, 2])))
}
out <- list(
  one("pastes", "pastes.csv", c("batch", "cask"), strength ~ 1 + (1 | batch/cask)),
  one("sleepstudy", "sleepstudy.csv", "subject", reaction ~ days + (1 + days | subject)),
  one("sleepstudy uncorrelated", "sleepstudy.csv", "subject", reaction ~ days + (1 + days || subject)),
  one("three levels", "nested-regions.csv", c("region", "alliance", "school"), y ~ x + (1 | region/alliance/school), FALSE),
  one("one slope", "slopes.csv", "school", y ~ x * z + w + (1 + x | school), FALSE))
writeLines(toJSON(out, auto_unbox = TRUE, digits = NA, pretty = TRUE, na = "null"), args[1])
