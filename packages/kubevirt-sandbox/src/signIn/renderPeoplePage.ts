// SPDX-License-Identifier: Apache-2.0
import type { DemoPerson } from './people';

const STYLE = `
  :root { --page: #f4f5f7; --card: #ffffff; --line: #d0d5dd; --text: #1b1f24;
    --soft: #545d69; --accent: #1f5493; }
  @media (prefers-color-scheme: dark) {
    :root { --page: #16191d; --card: #22272d; --line: #424a54; --text: #eef1f4;
      --soft: #b3bcc7; --accent: #9cc9ff; } }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--page); color: var(--text);
    font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 46rem; margin: 0 auto; padding: 12vh 1.5rem 3rem; }
  h1 { margin: 0 0 0.5rem; font-size: 1.75rem; line-height: 1.2; }
  p { margin: 0 0 2rem; color: var(--soft); }
  ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 1rem;
    grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); }
  a { display: block; height: 100%; padding: 1rem 1.25rem; color: inherit;
    text-decoration: none; background: var(--card);
    border: 1px solid var(--line); border-radius: 8px; }
  a:hover { border-color: var(--accent); }
  a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
  strong { display: block; font-size: 1.15rem; }
  .role { display: block; color: var(--accent); font-weight: 600; }
  .what { display: block; margin-top: 0.25rem; color: var(--soft); }
`;

/**
 * The page that stands where a company's identity provider would: pick who you
 * are. Plain HTML without scripts, in light and dark.
 */
export function renderPeoplePage(options: {
  people: readonly DemoPerson[];
  /** Address that signs the person in. */
  hrefOf: (person: DemoPerson) => string;
}): string {
  const items = options.people
    .map(
      person => `
      <li>
        <a href="${escapeHtml(options.hrefOf(person))}">
          <strong>${escapeHtml(person.displayName)}</strong>
          <span class="role">${escapeHtml(person.role)}</span>
          <span class="what">${escapeHtml(person.description)}</span>
        </a>
      </li>`,
    )
    .join('');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Who are you? - demo sign-in</title>
    <link rel="icon" href="data:," />
    <style>${STYLE}</style>
  </head>
  <body>
    <main>
      <h1>Who are you?</h1>
      <p>
        This portal is a demo on your own machine. Each of these people has
        different rights; sign out in Settings to become somebody else.
      </p>
      <ul>${items}
      </ul>
    </main>
  </body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
