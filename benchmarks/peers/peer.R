# A peer's process: reads the columns of the formula, then answers each line on standard input with a line of JSON,
# as measure.ts does.  Rscript peer.R <peer> <file> <rows> <columns, comma-separated> <formula>
arguments <- commandArgs(trailingOnly = TRUE)
columns <- strsplit(arguments[4], ",")[[1]]
n <- as.numeric(arguments[3])
formula <- as.formula(arguments[5])

fits <- list(
  glm = function(data) coef(glm(formula, binomial, data)),
  lme4 = function(data) lme4::fixef(lme4::lmer(formula, data)),
  lmerTest = function(data) {
    table <- coef(summary(lmerTest::lmer(formula, data)))
    c(table[, "Estimate"], table[, "df"])
  }
)
fit <- fits[[arguments[1]]]
if (arguments[1] != "glm") invisible(loadNamespace(arguments[1]))

now <- function() as.numeric(Sys.time()) * 1000
say <- function(...) {
  cat(sprintf(...), "\n", sep = "")
  flush(stdout())
}
# Peak memory of the process where the system tells, else what R's collector knows.
peak <- function() {
  status <- "/proc/self/status"
  if (!file.exists(status)) return(sum(gc()[, 6]))
  as.numeric(gsub("[^0-9]", "", grep("VmHWM", readLines(status), value = TRUE))) / 1024
}

started <- now()
file <- file(arguments[2], "rb")
read <- function(name) {
  seek(file, (match(name, columns) - 1) * n * 8)
  values <- readBin(file, "double", n, endian = "little")
  if (name == "school") factor(values) else values
}
data <- as.data.frame(sapply(all.vars(formula), read, simplify = FALSE))
close(file)
say('{"readMs": %.3f}', now() - started)

input <- file("stdin", "r")
while (length(readLines(input, 1)) > 0) {
  cpu <- proc.time()
  started <- now()
  answer <- fit(data)
  ms <- now() - started
  cpu <- sum((proc.time() - cpu)[c("user.self", "sys.self")]) * 1000
  numbers <- paste(sprintf("%.17g", answer), collapse = ",")
  say('{"ms": %.3f, "cpuMs": %.0f, "peakMb": %.1f, "answer": [%s]}', ms, cpu, peak(), numbers)
}
