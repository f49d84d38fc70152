// SPDX-License-Identifier: Apache-2.0
import { Flex, Text } from '@backstage/ui';
import type { ReactNode } from 'react';

/** One sentence on why a list is empty, and what can be done. */
export function EmptyState(props: {
  title: string;
  text?: string;
  children?: ReactNode;
}) {
  const { title, text, children } = props;
  return (
    <Flex direction="column" align="start" gap="3" p="4">
      <Text as="h3" variant="title-x-small">
        {title}
      </Text>
      {text && <Text as="p">{text}</Text>}
      {children}
    </Flex>
  );
}
