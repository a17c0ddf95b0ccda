# Reference values for random-slopes models, written as JSON with 15 significant digits, and the simulated tables they need.
# usage: Rscript slopes.R OUT.json SIMULATED.csv DATA_FOLDER
# lme4 stops up to 1e-5 off in theta on flat criteria, even restarted with tolerances of 1e-14, so theta is polished to rounding
# (see converge), and lme4, lmerTest and pbkrtest are then asked for everything else at that theta, without optimising.
suppressMessages({library(lme4); library(lmerTest); library(pbkrtest); library(jsonlite)})
args <- commandArgs(TRUE); dir <- args[3]

set.seed(20261123)
sizes <- c(3, 1, 12, 7, 2, 25, 9, 4, 16, 5, 30, 8, 1, 11, 6, 14, 3, 19, 10, 2, 13, 7, 22, 5, 9, 17)
J <- length(sizes); g <- rep(seq_len(J), sizes); n <- length(g)
sim <- data.frame(school = sprintf("s%02d", g), x = round(rnorm(n) + rnorm(J)[g], 4), w = round(50 + 10 * rnorm(n), 3),
                  z = round(rnorm(J), 3)[g], sex = ifelse(runif(n) < 0.5, "F", "M"),
                  group = sample(c("a", "b", "c"), n, TRUE), weight = round(runif(n, 0.5, 2), 2))
b <- matrix(rnorm(3 * J), J) %*% chol(matrix(c(1, 0.3, 0, 0.3, 0.5, 0.01, 0, 0.01, 0.004), 3))
u <- matrix(rnorm(2 * J), J)
sim$y <- round(3 + 0.5 * sim$x + 0.02 * sim$w - 0.4 * sim$z + b[g, 1] + b[g, 2] * sim$x + b[g, 3] * (sim$w - 50) + rnorm(n), 5)
sim$v <- round(1 + 0.3 * sim$x + 0.9 * u[g, 1] + ifelse(sim$sex == "M", 0.7 * u[g, 2] + 0.5, 0) + rnorm(n), 5)
sim$flat <- round(2 + 0.4 * sim$x + 0.7 * u[g, 1] + rnorm(n), 5)                       # no slope variance
e <- rnorm(n); sim$none <- round(1 + 0.4 * sim$x + e - 0.9 * ave(e, g), 5)               # no intercept variance at all
write.csv(sim, args[2], row.names = FALSE)

read <- function(file) { d <- read.csv(file.path(dir, file), stringsAsFactors = FALSE); d }
sleep <- read("sleepstudy.csv"); exam <- read("exam.csv")

spec <- list(
  list("sleepstudy", "sleepstudy.csv", sleep, reaction ~ days + (1 + days | subject)),
  list("sleepstudy uncorrelated", "sleepstudy.csv", sleep, reaction ~ days + (1 + days || subject)),
  list("sleepstudy slope alone", "sleepstudy.csv", sleep, reaction ~ days + (0 + days | subject)),
  list("exam", "exam.csv", exam, normexam ~ standlrt + sex + schavg + (1 + standlrt | school)),
  list("two slopes", "slopes.csv", sim, y ~ x + w + z + (1 + x + w | school)),
  list("two slopes uncorrelated", "slopes.csv", sim, y ~ x + w + z + (1 + x + w || school)),
  list("one slope", "slopes.csv", sim, y ~ x * z + w + (1 + x | school)),
  list("slope not among the fixed", "slopes.csv", sim, y ~ w + z + (1 + x | school)),
  list("factor slope", "slopes.csv", sim, v ~ x + sex + (1 + sex | school)),
  list("factor without intercept", "slopes.csv", sim, v ~ x + sex + (0 + sex | school)),
  list("three slopes", "slopes.csv", sim, y ~ x + w + group + (1 + x + w + sex | school)),
  list("zero slope variance", "slopes.csv", sim, flat ~ x + (1 + x || school)),
  list("correlation one", "slopes.csv", sim, flat ~ x + (1 + x | school)),
  list("nothing", "slopes.csv", sim, none ~ x + (1 + x | school)),
  list("two terms", "slopes.csv", sim, y ~ x + w + z + (1 | school) + (0 + x + w | school))
)

# Restarts of lme4, then Newton on the exact derivatives of the deviance from dense covariance matrices of each group; entries
# of theta on the boundary stay 0. Nothing here is shared with the compressed computation that is tested against it.
converge <- function(f, d, reml) {
  ctl <- function(o, ...) lmerControl(optimizer = o, calc.derivs = FALSE, optCtrl = list(...), check.conv.singular = "ignore")
  fit <- function(start, control) if (is.null(start)) lmer(f, d, REML = reml, control = control) else lmer(f, d, REML = reml, control = control, start = start)
  quiet <- function(x) suppressWarnings(suppressMessages(x))
  m <- quiet(fit(NULL, ctl("bobyqa", rhoend = 1e-12, maxfun = 1e5)))
  for (i in 1:4) {
    m2 <- quiet(fit(getME(m, "theta"), if (i %% 2) ctl("nloptwrap", xtol_abs = 1e-14, ftol_abs = 1e-14, maxeval = 1e5) else ctl("bobyqa", rhoend = 1e-13, maxfun = 1e5)))
    if (-2 * logLik(m2) <= -2 * logLik(m)) m <- m2
  }
  lme4Theta <- getME(m, "theta"); dense <- denseDeviance(m, reml)
  free <- !(getME(m, "lower") == 0 & lme4Theta < 1e-5)
  if (dense(ifelse(free, 0, 0))$criterion <= dense(lme4Theta)$criterion + 1e-9 && max(abs(lme4Theta)) < 1e-3) free[] <- FALSE
  th <- ifelse(free, lme4Theta, 0)
  expand <- function(v) { full <- numeric(length(th)); full[free] <- v; full }
  if (any(free)) for (i in 1:6) {
    H <- numDeriv::jacobian(function(v) dense(expand(v))$gradient[free], th[free]); H <- (H + t(H)) / 2
    step <- solve(H, dense(th)$gradient[free])
    th[free] <- th[free] - step
    if (max(abs(step)) < 1e-13) break
  }
  e <- dense(th)
  cat(sprintf("  last Newton step %.1e, gradient %.1e, lme4's theta off by %.1e\n", if (any(free)) max(abs(step)) else 0, max(abs(e$gradient[free]), 0), max(abs(lme4Theta - th))))
  at <- quiet(lmer(f, d, REML = reml, start = th, control = lmerControl(optimizer = NULL, calc.derivs = FALSE, check.conv.singular = "ignore")))
  stopifnot(max(abs(getME(at, "theta") - th)) == 0)
  c(list(model = at, theta = th, lme4 = m, df = satterthwaite(dense, e, th)), e)
}

# Satterthwaite's df from the exact first derivatives of the criterion in (theta, sigma^2), where lmerTest differences values twice.
satterthwaite <- function(dense, e, th) {
  v <- c(th, e$sigma2); k <- length(v); p <- length(e$beta)
  H <- numDeriv::jacobian(function(v) dense(v[-k], v[k])$gradient, v); H <- (H + t(H)) / 2
  G <- numDeriv::jacobian(function(v) diag(v[k] * dense(v[-k])$inverse), v)
  d <- eigen(H); keep <- d$values > 1e-10 * d$values[1]; V <- 2 * d$vectors[, keep] %*% (t(d$vectors[, keep]) / d$values[keep])
  2 * (e$se^2)^2 / rowSums((G %*% V) * G)
}

# Deviance, its gradient by theta and the estimates, from each group's dense covariance matrix.
denseDeviance <- function(m, reml) {
  X <- getME(m, "X"); y <- getME(m, "y"); Z <- as.matrix(getME(m, "Z")); n <- length(y); p <- ncol(X); mm <- if (reml) n - p else n
  g <- split(seq_len(n), getME(m, "flist")[[1]])
  function(th, s2 = NULL) {
    Lt <- getME(m, "Lambdat"); Lind <- getME(m, "Lind"); Lt@x <- th[Lind]; L <- as.matrix(t(Lt))
    dL <- lapply(seq_along(th), function(a) { D <- getME(m, "Lambdat"); D@x <- as.numeric(Lind == a); as.matrix(t(D)) })
    A <- matrix(0, p, p); b <- numeric(p); logdet <- 0; parts <- list()
    for (i in seq_along(g)) {
      r <- g[[i]]; cols <- which(colSums(Z[r, , drop = FALSE] != 0) > 0); z <- Z[r, cols, drop = FALSE]; l <- L[cols, , drop = FALSE]
      V <- diag(length(r)) + z %*% tcrossprod(l) %*% t(z); Vi <- chol2inv(chol(V)); x <- X[r, , drop = FALSE]
      logdet <- logdet + as.numeric(determinant(V)$modulus); A <- A + t(x) %*% Vi %*% x; b <- b + t(x) %*% Vi %*% y[r]
      dV <- lapply(dL, function(D) { P <- D[cols, , drop = FALSE] %*% t(l); z %*% (P + t(P)) %*% t(z) })
      parts[[i]] <- list(r = r, x = x, Vi = Vi, dV = dV)
    }
    Ai <- solve(A); beta <- as.numeric(Ai %*% b); r2 <- 0; tr <- numeric(length(th)); q2 <- tr
    for (s in parts) {
      e <- s$Vi %*% (y[s$r] - s$x %*% beta); r2 <- r2 + sum((y[s$r] - s$x %*% beta) * e); F <- s$Vi %*% s$x
      for (a in seq_along(th)) {
        tr[a] <- tr[a] + sum(s$Vi * s$dV[[a]]) - if (reml) sum((F %*% Ai) * (s$dV[[a]] %*% F)) else 0
        q2[a] <- q2[a] + sum(e * (s$dV[[a]] %*% e))
      }
    }
    list(criterion = logdet + mm * (1 + log(2 * pi * r2 / mm)) + if (reml) as.numeric(determinant(A)$modulus) else 0,
         gradient = if (is.null(s2)) tr - mm * q2 / r2 else c(tr - q2 / s2, mm / s2 - r2 / s2^2), inverse = Ai, beta = beta, sigma2 = r2 / mm, se = sqrt(diag(Ai) * r2 / mm))
  }
}

out <- lapply(spec, function(s) {
  f <- s[[4]]; d <- s[[3]]; res <- list(name = s[[1]], csv = s[[2]], formula = paste(deparse(f, width.cutoff = 400), collapse = ""))
  for (reml in c(TRUE, FALSE)) {
    cat(s[[1]], if (reml) "REML\n" else "ML\n"); e <- converge(f, d, reml); m <- e$model
    st <- suppressWarnings(suppressMessages(coef(summary(m, ddf = "Satterthwaite"))))
    re <- ranef(m, condVar = TRUE)[[1]]; pv <- attr(re, "postVar"); if (is.list(pv)) pv <- NULL
    q <- ncol(re); k <- seq_len(min(6, nrow(re)))
    r <- list(terms = names(fixef(m)), theta = unname(e$theta), beta = e$beta, se = e$se, sigma2 = e$sigma2, criterion = e$criterion,
      lme4 = list(theta = unname(getME(e$lme4, "theta")), criterion = as.numeric(-2 * logLik(m)), aic = AIC(m), bic = BIC(m), singular = isSingular(m)),
      df = e$df, lmerTest = unname(st[, "df"]), modes = list(levels = rownames(re)[k], columns = names(re), values = unname(as.matrix(re)[k, , drop = FALSE]),
      variances = if (is.null(pv)) NULL else lapply(k, function(i) pv[, , i])), nobs = nobs(m), groups = unname(ngrps(m)[1]))
    if (reml && nrow(d) < 1000) { kr <- suppressWarnings(suppressMessages(tryCatch(coef(summary(m, ddf = "Kenward-Roger")), error = function(e) NULL)))
      if (!is.null(kr)) r$kenwardRoger <- list(se = unname(kr[, "Std. Error"]), df = unname(kr[, "df"])) }
    res[[if (reml) "REML" else "ML"]] <- r
  }
  res
})
writeLines(toJSON(out, auto_unbox = TRUE, digits = NA, pretty = TRUE), args[1])
