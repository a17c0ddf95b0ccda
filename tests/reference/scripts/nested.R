# Nested random intercepts by lme4, lmerTest and pbkrtest. usage: Rscript nested.R OUT.json
# Simulated data sets are written beside the reference data (data/nested-*.csv) and read back, so that both sides see the same doubles.
suppressMessages({library(lme4); library(lmerTest); library(pbkrtest); library(jsonlite)}); out <- commandArgs(TRUE)[1]
dir <- file.path(dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))), "..", "data")
ctl <- lmerControl(optimizer = "nloptwrap", optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-14, xtol_rel = 0, ftol_rel = 0, maxeval = 5000), calc.derivs = FALSE, check.conv.singular = "ignore")
write <- function(d, name) { num <- sapply(d, is.double); d[num] <- lapply(d[num], function(v) as.numeric(formatC(v, digits = 6, format = "f"))); write.csv(d, file.path(dir, name), row.names = FALSE, quote = FALSE) }

# Alliances of 2 to 6 schools of 3 to 14 pupils; school labels recur from alliance to alliance.
set.seed(20); schools <- do.call(rbind, lapply(1:16, function(a) data.frame(alliance = paste0("A", a), school = paste0("s", 1:sample(2:6, 1)), u = rnorm(1, 0, 0.5), z = rbinom(1, 1, 0.5))))
schools$v <- rnorm(nrow(schools), 0, 0.7); schools$w <- rnorm(nrow(schools)); n <- sample(3:14, nrow(schools), TRUE)
d <- schools[rep(seq_len(nrow(schools)), n), ]; d$x <- rnorm(nrow(d)) + 0.5 * d$w; d$k <- sample(c("low", "mid", "high"), nrow(d), TRUE)
d$y <- 2 + 0.4 * d$x - 0.3 * d$w + 0.5 * d$z + 0.2 * (d$k == "mid") + d$u + d$v + rnorm(nrow(d)); d$wt <- runif(nrow(d), 0.5, 2)
d <- d[sample(nrow(d)), ]; write(d[c("alliance", "school", "x", "z", "w", "k", "wt", "y")], "nested-schools.csv")

# Three levels: regions, alliances, schools; the alliance variance is small.
set.seed(21); g <- expand.grid(school = 1:5, alliance = 1:4, region = 1:9); g <- g[runif(nrow(g)) > 0.25, ]
key2 <- interaction(g$region, g$alliance, drop = TRUE); g$e <- rnorm(9, 0, 0.8)[g$region] + rnorm(nlevels(key2), 0, 0.4)[key2] + rnorm(nrow(g), 0, 0.6)
d <- g[rep(seq_len(nrow(g)), sample(2:9, nrow(g), TRUE)), ]; d$x <- rnorm(nrow(d)); d$y <- 1 + 0.3 * d$x + d$e + rnorm(nrow(d))
for (v in c("school", "alliance", "region")) d[[v]] <- paste0(substr(v, 1, 1), d[[v]]); write(d[c("region", "alliance", "school", "x", "y")], "nested-regions.csv")

# Matched pairs of one treated and one comparison school: an outer level of pairs.
set.seed(22); p <- data.frame(pair = rep(1:25, each = 2), treated = rep(0:1, 25)); p$school <- seq_len(50); p$e <- rep(rnorm(25, 0, 0.6), each = 2) + rnorm(50, 0, 0.3)
d <- p[rep(1:50, sample(4:15, 50, TRUE)), ]; d$prior <- rnorm(nrow(d)); d$score <- 0.25 * d$treated + 0.6 * d$prior + d$e + rnorm(nrow(d)); write(d[c("pair", "school", "treated", "prior", "score")], "nested-pairs.csv")

# lme4 stops 1e-8 to 1e-6 off: Newton steps on its own deviance function, then its model at that theta.
polished <- function(f, d, reml) {
  environment(f) <- environment(); m <- lmer(f, d, REML = reml, weights = .w, control = ctl); dev <- update(m, devFunOnly = TRUE); theta <- getME(m, "theta")
  for (i in 1:4) { g <- numDeriv::grad(dev, theta); theta <- theta - drop(solve(numDeriv::hessian(dev, theta), g)) }
  lmer(f, d, REML = reml, weights = .w, start = theta, control = lmerControl(optimizer = NULL, calc.derivs = FALSE, check.conv.singular = "ignore"))
}
one <- function(csv, formula, groups, fixed, ours = formula, reml = TRUE, weights = NULL, terms = NULL) {
  d <- read.csv(file.path(dir, csv), stringsAsFactors = TRUE); for (g in groups) d[[g]] <- factor(d[[g]])
  d$.w <- if (is.null(weights)) 1 else d[[weights]]
  m <- polished(as.formula(formula), d, reml); s <- summary(m, ddf = "Satterthwaite"); vc <- VarCorr(m)
  re <- ranef(m, condVar = TRUE)
  r <- list(csv = csv, formula = ours, method = if (reml) "REML" else "ML", weights = weights, nobs = nobs(m), ngroups = as.list(ngrps(m)), terms = names(fixef(m)),
    beta = unname(fixef(m)), se = unname(sqrt(diag(as.matrix(vcov(m))))), variances = lapply(vc, function(v) v[1, 1]), sigma2 = sigma(m)^2, criterion = if (reml) REMLcrit(m) else deviance(m), aic = AIC(m), bic = BIC(m), logLik = c(logLik(m)),
    satterthwaite = unname(s$coefficients[, "df"]),
    random = lapply(re, function(t) list(levels = rownames(t), estimate = t[, 1], sd = sqrt(attr(t, "postVar")[1, 1, ]))))
  if (!is.null(terms)) { b <- names(fixef(m)); L <- diag(length(b))[match(terms, b), , drop = FALSE]; f <- contest(m, L, joint = TRUE, ddf = "Satterthwaite"); r$test <- list(terms = terms, F = f[["F value"]], denDf = f[["DenDF"]]) }
  if (reml && is.null(weights)) {
    k <- summary(m, ddf = "Kenward-Roger"); r$kenwardRoger <- list(se = unname(k$coefficients[, "Std. Error"]), df = unname(k$coefficients[, "df"]))
    if (!is.null(terms)) { kr <- KRmodcomp(m, L)$test; r$test$kr <- list(F = kr["Ftest", "stat"], denDf = kr["Ftest", "ddf"]) }
  }
  r
}
school <- "y ~ x + z + w + k + (1 | alliance/school)"; region <- "y ~ x + (1 | region/alliance/school)"; pair <- "score ~ treated + prior + (1 | pair/school)"
r <- list()
for (reml in c(TRUE, FALSE)) r <- c(r, list(one("pastes.csv", "strength ~ 1 + (1 | batch/cask)", c("batch", "cask"), reml = reml),
  one("nested-schools.csv", school, c("alliance", "school"), reml = reml, terms = c("kmid", "klow")), one("nested-schools.csv", school, c("alliance", "school"), reml = reml, weights = "wt"),
  one("nested-regions.csv", region, c("region", "alliance", "school"), reml = reml), one("nested-pairs.csv", pair, c("pair", "school"), reml = reml, terms = c("treated", "prior"))))
writeLines(toJSON(r, auto_unbox = TRUE, digits = NA, null = "null"), out)
