// SPDX-License-Identifier: Apache-2.0
// jest-axe brings no types, and those of DefinitelyTyped are for an older one.
declare module 'jest-axe' {
  export interface AxeResults {
    violations: { id: string; help: string }[];
  }
  export function axe(
    html: Element | string,
    options?: object,
  ): Promise<AxeResults>;
  export const toHaveNoViolations: jest.ExpectExtendMap;
}

declare namespace jest {
  interface Matchers<R> {
    toHaveNoViolations(): R;
  }
}
