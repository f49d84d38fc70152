// SPDX-License-Identifier: Apache-2.0
export { DateTimeField, type DateTimeFieldProps } from './DateTimeField';
