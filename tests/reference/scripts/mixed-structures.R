# Predictions and scaled residuals of nested intercepts and random slopes by lme4, and Nakagawa's R2 by the formulas of
# Nakagawa & Schielzeth (2013) and Johnson (2014) on lme4's matrices (performance was not installed). usage: Rscript mixed-structures.R OUT.json
suppressMessages({library(lme4); library(jsonlite)}); out <- commandArgs(TRUE)[1]
dir <- file.path(dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))), "..", "data")
quiet <- lmerControl(optimizer = "nloptwrap", optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-14, xtol_rel = 0, ftol_rel = 0, maxeval = 5000), calc.derivs = FALSE, check.conv.singular = "ignore")

# lme4 stops a little short: Newton steps on its own deviance function, then its model at that theta.
polished <- function(f, d, weights) {
  environment(f) <- environment(); d$.w <- weights; m <- lmer(f, d, weights = .w, control = quiet); dev <- update(m, devFunOnly = TRUE); theta <- getME(m, "theta")
  for (i in 1:4) theta <- theta - drop(solve(numDeriv::hessian(dev, theta), numDeriv::grad(dev, theta)))
  lmer(f, d, weights = .w, start = theta, control = lmerControl(optimizer = NULL, calc.derivs = FALSE, check.conv.singular = "ignore"))
}
one <- function(csv, formula, groups, new, weights = NULL) {
  d <- read.csv(file.path(dir, csv), stringsAsFactors = FALSE); for (g in groups) d[[g]] <- factor(d[[g]])
  m <- polished(as.formula(formula), d, if (is.null(weights)) rep(1, nrow(d)) else d[[weights]])
  rows <- seq(1, nrow(d), length.out = 25); rows <- unique(round(rows))
  X <- getME(m, "X"); s2 <- sigma(m)^2
  Zt <- getME(m, "Zt"); L <- getME(m, "Lambda"); random <- mean(Matrix::colSums((Matrix::t(L) %*% Zt)^2)) * s2; fixed <- var(drop(X %*% fixef(m)))
  list(csv = csv, formula = formula, weights = weights, theta = unname(getME(m, "theta")), rows = rows - 1,
    conditional = unname(fitted(m))[rows], marginal = unname(predict(m, re.form = NA))[rows], scaled = unname(residuals(m, type = "pearson", scaled = TRUE))[rows],
    new = as.list(new), predicted = unname(predict(m, newdata = new, allow.new.levels = TRUE)),
    r2 = list(marginal = fixed / (fixed + random + s2), conditional = (fixed + random) / (fixed + random + s2)))
}
r <- list(
  one("nested-schools.csv", "y ~ x + z + w + k + (1 | alliance/school)", c("alliance", "school"),
      data.frame(alliance = c("A1", "A1", "A99", "A2"), school = c("s1", "s77", "s1", "s2"), x = c(0.5, 0.5, -1, 2), z = c(1, 0, 1, 0), w = c(0.1, 0.2, -0.3, 1), k = c("low", "mid", "high", "mid")), "wt"),
  one("nested-regions.csv", "y ~ x + (1 | region/alliance/school)", c("region", "alliance", "school"),
      data.frame(region = c("r1", "r1", "r1", "r77"), alliance = c("a1", "a1", "a77", "a1"), school = c("s77", "s1", "s1", "s1"), x = c(0.1, 0.2, 0.3, 0.4))),
  one("sleepstudy.csv", "reaction ~ days + (1 + days | subject)", "subject", data.frame(subject = c("308", "999", "372"), days = c(12, 3, 0))),
  one("slopes.csv", "y ~ x + w + z + (1 + x + w || school)", "school", data.frame(school = c("s03", "s99"), x = c(0.5, 1), w = c(55, 40), z = c(0, 1)), "weight"),
  one("slopes.csv", "v ~ x + sex + (0 + sex | school)", "school", data.frame(school = c("s03", "s03", "s99"), x = c(0.5, 1, 2), sex = c("F", "M", "M"))))
writeLines(toJSON(r, auto_unbox = TRUE, digits = NA, null = "null", dataframe = "columns"), out)
