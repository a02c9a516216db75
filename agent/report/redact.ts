/** Blots out what an error of the SDK, of a proxy or of a command may quote: secrets have no place in a journal. */
export function redact(text: string): string {
  return (
    text
      // A client token is no secret, and tells which create a line is about.
      .replace(
        /((?:secret_?access_?key|session_?token|security-token|metadata-token|(?<!client_?)token|signature|credential|password)["']?\s*[:=]\s*["']?)[^\s"',&]+/gi,
        '$1[redacted]',
      )
      .replace(/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, '[redacted]')
      // A proxy's user and password.
      .replace(/(\w:\/\/)[^\s/@]+@/g, '$1[redacted]@')
  );
}
