// SPDX-License-Identifier: Apache-2.0

/** A disk in a viewfinder: what the portal does, in 28 pixels. */
export const Logo = () => (
  <svg
    width="28"
    height="28"
    viewBox="0 0 32 32"
    fill="none"
    stroke="#7cc4ff"
    strokeWidth="2.5"
    strokeLinecap="round"
    aria-hidden="true"
  >
    <path d="M3 10V5a2 2 0 0 1 2-2h5M22 3h5a2 2 0 0 1 2 2v5M29 22v5a2 2 0 0 1-2 2h-5M10 29H5a2 2 0 0 1-2-2v-5" />
    <ellipse cx="16" cy="11" rx="7" ry="3" />
    <path d="M9 11v10c0 1.7 3.1 3 7 3s7-1.3 7-3V11M9 16c0 1.7 3.1 3 7 3s7-1.3 7-3" />
  </svg>
);
