const prefix = "validation ";

/**
 * The name under which a figure of the validation patients stands among a run's tests.
 *
 * @example
 * validationName("loss"); // => "validation loss"
 */
export function validationName(output: string): string {
  return `${prefix}${output}`;
}

/**
 * What a test's output is called, and what it was measured on.
 *
 * @example
 * testWords("validation loss"); // => { name: "validation loss", title: "loss on validation patients" }
 * testWords("accuracy"); // => { name: "test accuracy", title: "accuracy on test patches" }
 */
export function testWords(output: string): { name: string; title: string } {
  return output.startsWith(prefix)
    ? { name: output, title: `${output.slice(prefix.length)} on validation patients` }
    : { name: `test ${output}`, title: `${output} on test patches` };
}
