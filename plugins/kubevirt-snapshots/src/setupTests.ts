// SPDX-License-Identifier: Apache-2.0
import '@testing-library/jest-dom';
import { toHaveNoViolations } from 'jest-axe';
import { installMatchMedia, setViewportWidth } from './__testUtils__/viewport';

expect.extend(toHaveNoViolations);
installMatchMedia();

beforeEach(() => setViewportWidth(1280));
