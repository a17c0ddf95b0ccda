# Contextual (Mundlak) models of High School & Beyond by lme4, the group means computed by ave() over the rows of the model.
# usage: Rscript contextual.R OUT.json
suppressMessages({library(lme4); library(jsonlite)}); out <- commandArgs(TRUE)[1]
dir <- file.path(dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))), "..", "data")

pupils <- read.csv(file.path(dir, "hsb-joined.csv"))
# Some rows miss the outcome, so that the means over the rows used differ from those over all rows.
used <- pupils[seq_len(nrow(pupils)) %% 10 != 0, ]

fitted <- function(data, minority = FALSE) {
  data$between <- ave(data$ses, data$school)
  data$within <- data$ses - data$between
  data$share <- ave(as.numeric(data$minority == 1), data$school)
  formula <- if (minority) mathach ~ within * share + between + (1 | school) else mathach ~ within + between + (1 | school)
  model <- lmer(formula, data, control = lmerControl(optCtrl = list(ftol_abs = 1e-16, xtol_abs = 1e-16)))
  list(
    coefficients = unname(fixef(model)), standardErrors = unname(sqrt(diag(as.matrix(vcov(model))))),
    group = as.numeric(VarCorr(model)$school), residual = sigma(model)^2, criterion = REMLcrit(model)
  )
}

writeLines(toJSON(list(all = fitted(pupils), incomplete = fitted(used), crossLevel = fitted(pupils, TRUE)),
  digits = NA, auto_unbox = TRUE, pretty = TRUE), out)
