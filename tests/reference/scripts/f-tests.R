# F tests of several coefficients: lmerTest's contest (Satterthwaite) and pbkrtest's KRmodcomp. usage: Rscript f-tests.R OUT.json
suppressMessages({library(lme4); library(lmerTest); library(pbkrtest); library(jsonlite)}); out <- commandArgs(TRUE)[1]
dir <- file.path(dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))), "..", "data")
ctl <- lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-14), calc.derivs = FALSE)
one <- function(csv, formula, group, terms, kr = TRUE) {
  d <- read.csv(file.path(dir, csv), stringsAsFactors = TRUE); d[[group]] <- factor(d[[group]])
  m <- lmer(as.formula(formula), d, control = ctl); b <- names(fixef(m))
  L <- diag(length(b))[match(terms, b), , drop = FALSE]
  s <- contest(m, L, joint = TRUE, ddf = "Satterthwaite")
  r <- list(csv = csv, formula = formula, terms = terms, satterthwaite = list(F = s[["F value"]], numDf = s[["NumDF"]], denDf = s[["DenDF"]], p = s[["Pr(>F)"]]))
  if (kr) { k <- KRmodcomp(m, L)$test; r$kenwardRoger <- list(F = k["Ftest", "stat"], unscaled = k["FtestU", "stat"], numDf = k["Ftest", "ndf"], denDf = k["Ftest", "ddf"], scaling = k["Ftest", "F.scaling"], p = k["Ftest", "p.value"]) }
  r
}
full <- "normexam ~ standlrt + sex + schgend + schavg + vr + (1|school)"
r <- list(one("exam.csv", full, "school", c("vrmid50", "vrtop25")), one("exam.csv", full, "school", c("schgendgirls", "schgendmixed", "schavg")),
  one("exam.csv", full, "school", c("standlrt", "sexM", "schavg", "vrmid50", "vrtop25")), one("sleepstudy.csv", "reaction ~ poly(days, 3) + (1|subject)", "subject", paste0("poly(days, 3)", 1:3)),
  one("pastes.csv", "strength ~ cask + (1|batch)", "batch", c("caskb", "caskc")))
writeLines(toJSON(r, auto_unbox = TRUE, digits = NA), out)
