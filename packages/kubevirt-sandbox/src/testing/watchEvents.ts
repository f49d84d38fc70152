// SPDX-License-Identifier: Apache-2.0
import type { KubeObject } from '../types';

/** Events of the answer to a watch, as they come. @public */
export async function* watchEvents(
  response: Response,
): AsyncGenerator<{ type: string; object: KubeObject }> {
  const decoder = new TextDecoder();
  let rest = '';
  // Node's streams can be iterated, which the types of browsers don't know.
  const body = response.body as unknown as AsyncIterable<Uint8Array>;
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      yield JSON.parse(line);
    }
  }
}
