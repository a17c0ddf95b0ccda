# The fits of logistic.json, restarted from their own coefficients until these stop moving. R's rule looks at the
# deviance, which is flat at the optimum: probit and cloglog fits stop 1e-8 to 1e-7 (relative) short of it, and all
# standard errors come from the weights of the last iteration but one. usage: Rscript logistic-restarted.R OUT.json
suppressMessages(library(jsonlite)); out <- commandArgs(TRUE)[1]
dir <- file.path(dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))), "..")
cases <- fromJSON(file.path(dir, "logistic.json"), simplifyVector = FALSE)
fits <- lapply(cases, function(case) {
  d <- read.csv(file.path(dir, "data", case$csv), stringsAsFactors = TRUE)
  d$.w <- if (is.null(case$weightValues)) 1 else unlist(case$weightValues)
  start <- unlist(case$coefficients)
  for (i in 1:20) {
    m <- suppressWarnings(glm(as.formula(case$formula), binomial(case$link), d, weights = .w, start = start,
                              control = glm.control(epsilon = 1e-30, maxit = 10)))
    start <- coef(m)
  }
  list(name = case$name, terms = names(coef(m)), coefficients = unname(coef(m)), standardErrors = unname(sqrt(diag(vcov(m)))),
       fitted = unname(fitted(m)), vcov = unname(vcov(m)))
})
writeLines(toJSON(fits, auto_unbox = TRUE, digits = NA), out)
