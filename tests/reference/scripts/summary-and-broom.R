# What lme4 and lmerTest print of a model, line by line, and the numbers behind broom's columns (broom itself is not needed:
# its glance and augment take them from the same functions). Run in the folder tests/reference.
suppressMessages({ library(lme4); library(lmerTest); library(jsonlite) })
options(digits = 7, width = 100)
read <- function(name) read.csv(file.path("data", paste0(name, ".csv")))
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12))
specs <- list(
  list(data = "sleepstudy", formula = "reaction ~ days + (days | subject)", REML = TRUE),
  list(data = "sleepstudy", formula = "reaction ~ days + (1 + days || subject)", REML = TRUE),
  list(data = "sleepstudy", formula = "reaction ~ days + (1 | subject)", REML = FALSE),
  list(data = "exam", formula = "normexam ~ standlrt + (1 | school)", REML = TRUE),
  list(data = "hsb-joined", formula = "mathach ~ ses + catholic + (1 | school)", REML = TRUE),
  list(data = "pastes", formula = "strength ~ 1 + (1 | batch/cask)", REML = TRUE))
models <- lapply(specs, function(spec) {
  pupils <- read(spec$data)
  # The call with the formula in it, so that it is printed.
  m <- suppressWarnings(eval(bquote(lmer(.(as.formula(spec$formula)), pupils, REML = .(spec$REML), control = control))))
  rows <- c(1, 2, nobs(m))
  list(data = spec$data, formula = spec$formula, REML = spec$REML,
    printed = capture.output(print(summary(m))),
    rows = rows - 1, fitted = unname(fitted(m)[rows]), resid = unname(residuals(m)[rows]), hat = unname(hatvalues(m)[rows]),
    fixed = unname(predict(m, re.form = NA)[rows]),
    scaled = unname(quantile(residuals(m, scaled = TRUE))),
    glance = list(nobs = nobs(m), sigma = sigma(m), logLik = as.numeric(logLik(m)), AIC = AIC(m), BIC = BIC(m),
      df.residual = df.residual(m)))
})
g <- glm(treat ~ age + educ + married, data = read("lalonde"), family = binomial, control = list(epsilon = 1e-14))
glm <- list(formula = "treat ~ age + educ + married",
  glance = list(null.deviance = g$null.deviance, df.null = g$df.null, logLik = as.numeric(logLik(g)), AIC = AIC(g), BIC = BIC(g),
    deviance = deviance(g), df.residual = g$df.residual, nobs = nobs(g)),
  rows = c(0, 199, 613), fitted = unname(predict(g)[c(1, 200, 614)]), resid = unname(residuals(g)[c(1, 200, 614)]),
  waldLow = unname(confint.default(g)[, 1]), waldHigh = unname(confint.default(g)[, 2]))
write(toJSON(list(models = models, glm = glm), digits = NA, auto_unbox = TRUE, pretty = 1), "summary-and-broom.json")
