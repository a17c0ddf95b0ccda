# Predictions, scaled residuals and leave-one-group-out refits by lme4, as JSON with 15 significant digits.
# usage: Rscript mixed-post-estimation.R OUT.json DATA_DIR
# lme4's influence() refits without each group; Cook's distance, DFBETAS and covariance ratio are taken from its refits
# by their textbook formulas: (b - b_j)' V^-1 (b - b_j) / p, (b - b_j) / se_j, det(V_j) / det(V).
suppressMessages({library(lme4); library(jsonlite)})
args <- commandArgs(TRUE)
ctl <- lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-14), calc.derivs = FALSE)
spec <- list(
  list(name = "sleepstudy", csv = "sleepstudy.csv", formula = "reaction ~ days + (1|subject)", group = "subject"),
  list(name = "exam-full", csv = "exam.csv", formula = "normexam ~ standlrt + sex + schgend + schavg + vr + (1|school)", group = "school"))
out <- lapply(spec, function(s) {
  d <- read.csv(file.path(args[2], s$csv), stringsAsFactors = TRUE); d[[s$group]] <- factor(d[[s$group]])
  res <- list(name = s$name, csv = s$csv, formula = s$formula)
  for (reml in c(TRUE, FALSE)) {
    # influence() refits from the call, which must find everything from the global environment.
    m <- do.call(lmer, list(as.formula(s$formula), quote(d), REML = reml, control = ctl)); assign("d", d, globalenv()); V <- as.matrix(vcov(m)); b <- fixef(m)
    rows <- round(seq(1, nrow(d), length.out = 12)); new <- d[rows, ]; levels(new[[s$group]])[1] <- "elsewhere"; new[[s$group]][] <- "elsewhere"
    refits <- lapply(levels(d[[s$group]]), function(g) {
      r <- lmer(as.formula(s$formula), d[d[[s$group]] != g, ], REML = reml, control = ctl); Vj <- as.matrix(vcov(r)); e <- b - fixef(r)
      list(level = g, coefficients = unname(fixef(r)), group = as.numeric(VarCorr(r)[[1]]), residual = sigma(r)^2,
           cooks = as.numeric(e %*% solve(V, e)) / length(e), dfbetas = unname(e / sqrt(diag(Vj))), ratio = det(Vj) / det(V))
    })
    own <- influence(m, groups = s$group)
    # lme4's Cook's distance has a factor (J - p)/J that the textbook's has not.
    J <- length(refits); p <- length(b)
    stopifnot(max(abs(cooks.distance(own) * J / (J - p) - sapply(refits, `[[`, "cooks"))) < 1e-6)
    res[[if (reml) "REML" else "ML"]] <- list(rows = rows, conditional = unname(predict(m)[rows]), marginal = unname(predict(m, re.form = NA)[rows]),
      elsewhere = unname(predict(m, new, allow.new.levels = TRUE)), scaledResiduals = unname(residuals(m, scaled = TRUE)[rows]), influence = refits)
  }
  res
})
flat <- read.csv(file.path(args[2], "dyestuff2.csv"))
line <- lm(yield ~ 1, flat)
writeLines(toJSON(list(models = out, boundary = list(csv = "dyestuff2.csv", rstandard = unname(rstandard(line)), cooks = unname(cooks.distance(line)))),
                  auto_unbox = TRUE, digits = NA), args[1])
